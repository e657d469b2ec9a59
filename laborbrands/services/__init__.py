"""The verbs of a labor brand: see recognition, evaluation, removal, subsidy, figures."""
