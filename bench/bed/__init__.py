# SPDX-License-Identifier: GPL-2.0-or-later
"""The bed of the bench: the network, the zones, and the measuring programs."""
