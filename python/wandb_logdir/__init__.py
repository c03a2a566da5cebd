"""Weights & Biases runs as a TensorBoard logdir."""
