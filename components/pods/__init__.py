"""Pods on ECI and ACS: their sizes and annotations, shared by everything that runs pods."""
