//! A command of the host that runs where nobody sees it, and what it printed.

use std::{ffi::OsString, io, process::Stdio, time::Duration};

use super::{
    argv::Argv,
    child::{self, Ended, Errand, Group, Streams},
    signal::Interrupts,
    stderr::{Passage, Stderr},
};

/// How long after its limit a command may take to be gone, with all that it says.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a command in a process group of its own, without input. Answers with how it ended and the end of
/// what it printed, or in words with why nobody knows.
pub(super) async fn run(
    argv: Argv,
    variables: Vec<(&'static str, OsString)>,
    timeout: Duration,
) -> Result<(Ended, Vec<u8>), String> {
    let failed = |what: &str, err: io::Error| format!("{what}: {err}");
    let mut interrupts =
        Interrupts::listen().map_err(|err| failed("signals cannot be listened to", err))?;
    let (stdout, passage) =
        Passage::open(Stderr::Hidden).map_err(|err| failed("there is no pipe", err))?;
    let errand = Errand {
        argv,
        variables,
        timeout: Some(timeout),
        streams: Streams { stdin: Stdio::null(), stdout, stderr: Stderr::Hidden },
        group: Group::Own,
    };
    let work = async {
        let ended = child::run(errand, &mut interrupts).await;
        let printed = match passage {
            Some(mut passage) => {
                passage.shown().await;
                passage.tail()
            }
            None => Vec::new(),
        };
        (ended, printed)
    };
    let limit = timeout.saturating_add(GRACE);
    let (ended, printed) = tokio::time::timeout(limit, work)
        .await
        .map_err(|_| format!("it was not gone after {limit:?}"))?;
    let ended = ended.map_err(|err| err.problem().to_string())?;
    Ok((ended, printed))
}
