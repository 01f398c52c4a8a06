"""`xiezhi bundle`: requests that go to the police on paper, and their results; only the import calls anybody."""
