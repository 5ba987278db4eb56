"""The benchmark: leadrouter beside its peers, on the same rules and leads, in one run."""
