# SPDX-License-Identifier: GPL-2.0-or-later
"""The bed of the bench: what is laid out before anything is measured, and who measures."""
