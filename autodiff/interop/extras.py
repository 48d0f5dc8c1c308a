"""Optional packages, for whoever builds on this one: `require` imports, `install` says the command."""

from autodiff._engine import install, require

__all__ = ["install", "require"]
