"""Tests of supervisor/ over real processes: small stand-in programs under the real supervisor."""
