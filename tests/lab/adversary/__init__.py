# SPDX-License-Identifier: GPL-2.0-or-later
"""An adversary that searches: it sees and sends any packet outside the filter, and its actions are drawn from a
seed. The property that must hold, whatever it does, is in truth.py."""
