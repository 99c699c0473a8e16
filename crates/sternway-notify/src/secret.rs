//! Reads secrets from where they are, at the moment when they are needed.

use std::{env, fs, io::Read as _};

use sternway_provider::NotifyError;
use sternway_types::SecretRef;

use crate::failed;

/// The longest file that is taken for a secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// The secret, without white space around it. One that is not there may be there later.
pub(crate) fn read(from: &SecretRef) -> Result<String, NotifyError> {
    let found = match from {
        SecretRef::Variable(name) => env::var(name)
            .map_err(|_| failed(format!("the variable {name} is not set where this is sent from"))),
        SecretRef::File(path) => {
            let mut text = String::new();
            let read =
                fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
            read.map(|_| text).map_err(|err| failed(format!("cannot read {path}: {err}")))
        }
    }?;
    let secret = found.trim();
    if secret.is_empty() { Err(failed(format!("{from} is empty"))) } else { Ok(secret.to_owned()) }
}
