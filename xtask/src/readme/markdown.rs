//! Which commands a Markdown page shows, and which of them are to be run.
//!
//! A command is a line of a fenced `console` or `sh` block that begins with `$ `; one that ends in
//! a backslash goes on in the next line. `<!-- readme: skip -->` leaves out what comes next: a
//! block, where it stands before one, or a command, where it stands within one.

use std::mem;

const SKIP: &str = "<!-- readme: skip -->";

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The commands of the first block: typed at the root.
    pub(super) first: Vec<String>,
    /// The commands of the later blocks that hold nothing but `sternway …`: one session.
    pub(super) session: Vec<String>,
}

#[derive(Debug)]
struct Block<'a> {
    language: &'a str,
    lines: Vec<&'a str>,
}

impl Plan {
    pub(super) fn of(page: &str) -> Self {
        let blocks = blocks(page);
        let mut shells = blocks.iter().filter(|block| block.is_shell());
        let first = shells.next().map(Block::commands).unwrap_or_default();
        let session = shells.filter(|block| block.is_session()).flat_map(Block::commands).collect();
        Self { first, session }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.session.is_empty()
    }
}

impl Block<'_> {
    fn is_shell(&self) -> bool {
        let shows_commands = self.lines.iter().any(|line| line.starts_with("$ "));
        shows_commands && matches!(self.language, "console" | "sh")
    }

    fn is_session(&self) -> bool {
        let ours = |command: &String| command.starts_with("sternway ");
        self.language == "console" && self.commands().first().is_some_and(ours)
    }

    fn commands(&self) -> Vec<String> {
        let mut lines = self.lines.iter();
        let mut commands = Vec::new();
        let mut skip = false;
        while let Some(line) = lines.next() {
            skip |= line.trim() == SKIP;
            let Some(start) = line.strip_prefix("$ ") else { continue };
            let mut command = start.to_owned();
            while command.ends_with('\\') {
                let Some(next) = lines.next() else { break };
                command.push('\n');
                command.push_str(next.strip_prefix("> ").unwrap_or(next));
            }
            if !mem::take(&mut skip) {
                commands.push(command);
            }
        }
        commands
    }
}

/// The fenced blocks of a page, without those that are to be skipped.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block<'_>, bool)> = None;
    let mut skip = false;
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                let block = Block { language: language.trim(), lines: Vec::new() };
                open = Some((block, mem::take(&mut skip)));
            }
            (Some(_), Some((block, skipped))) => blocks.extend((!skipped).then_some(block)),
            (None, Some((mut block, skipped))) => {
                block.lines.push(line);
                open = Some((block, skipped));
            }
            // Prose between the comment and a block parts them.
            (None, None) => skip = line.trim() == SKIP || (skip && line.trim().is_empty()),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, first: &[&str], session: &[&str]) {
        let plan = Plan::of(page);
        assert_eq!(plan.first, first, "first");
        assert_eq!(plan.session, session, "session");
    }

    #[test]
    fn the_first_block_and_the_sessions_after_it_are_told_apart() {
        check(
            "# Title\n\n```console\n$ cargo run -- demo\noutput\n$ cargo xtask test\n```\n\nProse.\n\n\
             ```console\n$ sternway publish a\nv1\n```\n\n```console\n$ sternway log a\n```\n",
            &["cargo run -- demo", "cargo xtask test"],
            &["sternway publish a", "sternway log a"],
        );
    }

    #[test]
    fn a_session_begins_with_our_command() {
        let first = "```sh\n$ cargo run\n```\n";
        let session = &["sternway log", "ls"];
        check(&format!("{first}```console\n$ sternway log\n$ ls\n```\n"), &["cargo run"], session);
        check(&format!("{first}```console\n$ ls\n$ sternway log\n```\n"), &["cargo run"], &[]);
        check(&format!("{first}```sh\n$ sternway log\n```\n"), &["cargo run"], &[]);
    }

    #[test]
    fn blocks_of_other_languages_show_no_commands() {
        check("```toml\n$ x\n```\n```console\noutput\n```\n```sh\n$ y\n```\n", &["y"], &[]);
    }

    #[test]
    fn a_command_may_go_on_in_the_next_line() {
        check("```sh\n$ a \\\n>   b \\\n  c\n$ d\n```\n", &["a \\\n  b \\\n  c", "d"], &[]);
    }

    #[test]
    fn a_block_after_the_comment_is_left_out() {
        let page = format!("{SKIP}\n\n```sh\n$ git clone x\n```\n\n```sh\n$ cargo run\n```\n");
        check(&page, &["cargo run"], &[]);
    }

    #[test]
    fn the_comment_reaches_no_further_than_prose() {
        check(&format!("{SKIP}\nProse.\n```sh\n$ a\n```\n"), &["a"], &[]);
    }

    #[test]
    fn a_command_after_the_comment_is_left_out() {
        check(&format!("```sh\n{SKIP}\n$ a \\\n> b\n$ c\n```\n"), &["c"], &[]);
    }

    #[test]
    fn a_page_without_commands_has_an_empty_plan() {
        assert!(Plan::of("# Title\n\n```rust\nmain()\n```\n").is_empty());
    }
}
