"""Tests of the judge: right stores pass, wrong ones are failed under their clause."""
