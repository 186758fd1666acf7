"""Augment: what operations do to pictures.

`page` puts it together: `controls` make the policy, `views` show it (drawn by `pictures`),
`evidence` judges operations by the encoder.
"""
