"""Augment: what operations do to pictures.

`page` puts it together and takes or gives the policy as text: `controls` make the policy, `views`
show it (drawn by `pictures`), `evidence` judges operations by the encoder, `best` by what a model
learns from their pictures.
"""
