"""How results look: one module per family of formats over the cleaning and wrapping they share."""
