//! What the demo versions: a shell script that does something real, a version of it that no longer
//! takes the option that its callers give, and a text to work on.

use sternway::types::{Content, ContentError};

/// The name of the artifact.
pub(super) const ARTIFACT: &str = "tools/report";

/// The file that the tool reads.
pub(super) const INPUT: &str = "notes.txt";

/// What is in it.
pub(super) const TEXT: &str = "\
Sternway keeps every version of what an agent depends on.
A new version goes live when somebody promotes it.
Each run says how it went, and each failure is judged at once.
A version that regressed is taken back, and is not promoted again by a machine.
";

/// A version that works.
pub(super) const GOOD: &str = r#"#!/bin/sh
# Usage: report --input FILE
set -eu
case ${1-} in
    --input) text=$2 ;;
    *) echo "report: unknown option ${1-}" >&2; exit 2 ;;
esac
echo "$(($(wc -l < "$text"))) lines, $(($(wc -w < "$text"))) words"
"#;

/// The option that callers give.
pub(super) const OPTION: &str = "--input";

/// The script as the content of a version.
pub(super) fn content(script: &str) -> Result<Content, ContentError> {
    Content::text(script, Some("shell".parse()?))
}

/// A version that looks as good, and breaks every caller.
pub(super) fn bad() -> String {
    GOOD.replace(OPTION, "--file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bad_version_differs_in_the_option_alone() {
        assert!(bad().contains("--file) text=$2"));
        assert!(!bad().contains(OPTION));
        assert_eq!(bad().lines().count(), GOOD.lines().count());
    }
}
