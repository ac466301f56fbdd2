# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what `sealgate ctl metrics` prints, as a collector does: by the parsers of Prometheus' own client library."""

import importlib.util

PACKAGE = "prometheus_client"


def obstacle():
    """Why nothing can be read here; "" if it can."""
    return "" if importlib.util.find_spec(PACKAGE) else "python3-prometheus-client is not installed"


def read(text, is_openmetrics):
    """Returns {(name, label values in the order of their names): value}, and {name of a family: type}. The parser of
    OpenMetrics refuses what the standard forbids."""
    # Only here, because the package may be missing.
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as strict_parser

    families = list((strict_parser if is_openmetrics else parser).text_string_to_metric_families(text))
    samples = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, *(value for _name, value in sorted(sample.labels.items())))
            if key in samples:
                raise ValueError(f"twice: {key}")
            samples[key] = sample.value
    return samples, {family.name: family.type for family in families}
