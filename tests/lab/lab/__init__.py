# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory: namespaces, zones, servers, the attacker, and the program under test."""
