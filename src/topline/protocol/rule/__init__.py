"""The exact rule of a single-arm trial on a rate: what it does, and what one may infer after it. Part of the model."""
