"""SMOTE as a sampler of imbalanced-learn."""
