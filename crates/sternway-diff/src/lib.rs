//! Compare two contents: text by lines and words, JSON by structure.
