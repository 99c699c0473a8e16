//! An answer for people, line by line.

use std::fmt::Display;

use super::{style, symbols::Symbols};

/// An answer for people.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    symbols: &'static Symbols,
    colored: bool,
    hints: bool,
}

impl Page {
    /// An empty page.
    pub(crate) const fn new(symbols: &'static Symbols, colored: bool, hints: bool) -> Self {
        Self { text: String::new(), symbols, colored, hints }
    }

    /// What was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The symbols of the terminal.
    pub(crate) const fn symbols(&self) -> &'static Symbols {
        self.symbols
    }

    /// Whether colors will be seen.
    pub(crate) const fn is_colored(&self) -> bool {
        self.colored
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: impl Display) {
        self.text.push_str(line.to_string().trim_end());
        self.text.push('\n');
    }

    /// Writes what ends where it ends.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Leaves a line free.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes commands to type next, one per line, unless only the answer is wanted.
    pub(crate) fn next(&mut self, commands: &[String]) {
        if !self.hints {
            return;
        }
        for (index, command) in commands.iter().enumerate() {
            let label = if index == 0 { "  next: " } else { "        " };
            self.line(format_args!("{}{command}", style::paint(style::DIM, label)));
        }
    }

    /// Writes a line that nobody misses who only wants the answer.
    pub(crate) fn hint(&mut self, line: impl Display) {
        if self.hints {
            self.line(style::paint(style::DIM, line));
        }
    }
}
