//! What people and programs are shown: views of every record, and problem codes.
