# SPDX-License-Identifier: GPL-2.0-or-later
"""An adversary that searches: he sees and sends any packet outside the filter, and what he does is
drawn from a seed. What must hold, whatever he does, is in truth.py."""
