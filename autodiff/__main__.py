"""`python -m autodiff`, the same as the command `autodiff`."""

import sys

from autodiff.cli import main

sys.exit(main())
