"""The exit restriction service: the dishonest list, restricted applications, and border control."""
