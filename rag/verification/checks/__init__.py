"""One module for each thing of a claim that can be looked up in what it cites."""
