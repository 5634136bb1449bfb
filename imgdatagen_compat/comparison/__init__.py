"""Runs two iterators side by side and says how equal they are: for the command line, for tests, for benchmarks. No TensorFlow here."""
