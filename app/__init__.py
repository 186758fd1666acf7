"""Evenset's two faces over `core`: the Streamlit app and the command line."""
