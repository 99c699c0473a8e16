//! The reads of the port: each one statement on one index, which also says where the namespace stands
//! at the same moment: whether it is there, and what of it can be seen.

mod environments;
mod logs;
mod past;
mod pointers;
mod records;
mod runs;
mod versions;

pub(crate) use self::past::head_row;
