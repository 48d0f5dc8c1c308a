"""Neural networks as the documents describe them, built on the public API of `autodiff`."""
