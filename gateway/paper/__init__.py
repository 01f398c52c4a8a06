"""The paper channel: what courts filed on paper is performed once, with the guarantees of any other call."""
