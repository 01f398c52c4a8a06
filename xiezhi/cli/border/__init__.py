"""`xiezhi border`: border control as courts order it, and checks at ports."""
