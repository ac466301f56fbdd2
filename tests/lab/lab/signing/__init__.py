# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer's lab: unsigned servers behind sealgate, a signed parent, and validators in front of it."""
