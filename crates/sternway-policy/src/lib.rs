//! Judge versions: rules over the outcomes of a version, with evidence.
