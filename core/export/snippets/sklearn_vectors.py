"""Learn from real and synthetic vectors with scikit-learn, and score on real ones."""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = "FOLDER"

with np.load(Path(FOLDER, "vectors.npz")) as real:
    is_written = real["path"] != ""  # else it is but a parent of points
    vectors, codes, splits = (real[name][is_written] for name in ("vectors", "code", "split"))
with np.load(Path(FOLDER, "synthetic_vectors.npz")) as points:
    X = np.concatenate([vectors[splits == "train"], points["vectors"]])
    y = np.concatenate([codes[splits == "train"], points["code"]])

model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
model.fit(X, y)  # without class_weight: the points balance the classes

for split in ("validation", "test"):
    chosen = splits == split
    if chosen.any():
        score = balanced_accuracy_score(codes[chosen], model.predict(vectors[chosen]))
        print(f"{split}: balanced accuracy {score:.3f}")
