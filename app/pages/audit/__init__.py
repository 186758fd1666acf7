"""Audit: what is unbalanced and what is wrong.

`page` is the page; `classes` the main picture, with the pictures of a class beside it; `changes`
has what was changed in the labels, and the review list, `blind_review` how many labels are wrong.
"""
