//! Where answers and notes are printed.
//!
//! Answers go to stdout and notes to stderr. Everything is styled as it is made; the streams take
//! the styles out again where nobody wants them.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::{
    cli::{Color, Globals},
    error::CliError,
    pager::Pager,
    render::{page::Page, style, symbols::Symbols},
};

/// Where answers and notes are printed.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    stdout: ColorChoice,
    stderr: ColorChoice,
    notes: bool,
    symbols: &'static Symbols,
    pager: Option<Pager>,
}

impl Console {
    /// Looks at the flags, the environment and the terminal. A pager is used only on a terminal.
    pub(crate) fn new(globals: &Globals, pager: Option<&str>) -> Self {
        let forced = match globals.color {
            Color::Auto => None,
            Color::Always => Some(ColorChoice::Always),
            Color::Never => Some(ColorChoice::Never),
        };
        Self {
            stdout: forced.unwrap_or_else(|| AutoStream::choice(&io::stdout())),
            stderr: forced.unwrap_or_else(|| AutoStream::choice(&io::stderr())),
            notes: !globals.quiet,
            symbols: Symbols::of_locale(),
            pager: pager.filter(|_| io::stdout().is_terminal()).and_then(Pager::named),
        }
    }

    /// A page to write an answer on.
    pub(crate) fn page(&self) -> Page {
        Page::new(self.symbols, self.is_colored(), self.notes)
    }

    /// Whether answers are in color.
    pub(crate) fn is_colored(&self) -> bool {
        self.stdout != ColorChoice::Never
    }

    /// Whether a person sees stdout, or wants it as if.
    pub(crate) fn is_seen(&self) -> bool {
        self.is_terminal() || self.is_colored()
    }

    /// Whether stdout is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Shows an answer that a person reads: page by page if it is longer than the screen.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if it cannot be written.
    pub(crate) fn show(&self, page: &Page) -> Result<(), CliError> {
        let pager = self.pager.as_ref().filter(|_| Pager::is_needed(page.text()));
        let Some(pager) = pager else { return self.print(page) };
        let text = if self.is_colored() {
            page.text().to_owned()
        } else {
            anstream::adapter::strip_str(page.text()).to_string()
        };
        pager.show(text.as_bytes()).or_else(|err| {
            self.note(&format!("cannot run the pager {}: {err}", pager.name()));
            self.print(page)
        })
    }

    /// Whether anything is said beside the answer.
    pub(crate) const fn has_notes(&self) -> bool {
        self.notes
    }

    /// Prints an answer.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if it cannot be written.
    pub(crate) fn print(&self, page: &Page) -> Result<(), CliError> {
        let mut out = AutoStream::new(io::stdout().lock(), self.stdout);
        out.write_all(page.text().as_bytes()).and_then(|()| out.flush()).map_err(CliError::Output)
    }

    /// Prints an answer as a JSON document: on one line, or spread out for a person.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if it cannot be written.
    pub(crate) fn print_json(&self, answer: &impl Serialize) -> Result<(), CliError> {
        if !self.is_terminal() {
            return self.print_json_line(answer);
        }
        let json = serde_json::to_vec_pretty(answer);
        self.print_lines(json.map_err(|err| CliError::Output(err.into()))?)
    }

    /// Prints a JSON document on one line.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if it cannot be written.
    pub(crate) fn print_json_line(&self, answer: &impl Serialize) -> Result<(), CliError> {
        let json = serde_json::to_vec(answer);
        self.print_lines(json.map_err(|err| CliError::Output(err.into()))?)
    }

    fn print_lines(&self, mut lines: Vec<u8>) -> Result<(), CliError> {
        lines.push(b'\n');
        self.print_bytes(&lines)
    }

    /// Prints bytes as they are.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if they cannot be written.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(CliError::Output)
    }

    /// Whether a person sits there who can answer a question.
    pub(crate) fn is_asked(&self) -> bool {
        self.notes && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a person, who says yes or anything else.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if the answer cannot be read.
    pub(crate) fn ask(&self, question: &str) -> Result<bool, CliError> {
        let answer = self.ask_for(&format!("{question} [y/N]"))?;
        Ok(matches!(answer.as_str(), "y" | "Y" | "yes"))
    }

    /// Asks a person to type something.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if the answer cannot be read.
    pub(crate) fn ask_for(&self, question: &str) -> Result<String, CliError> {
        let mut err = AutoStream::new(io::stderr().lock(), self.stderr);
        write!(err, "{question} ").and_then(|()| err.flush()).map_err(CliError::Output)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(CliError::Output)?;
        Ok(answer.trim().to_owned())
    }

    /// Tells a person something beside the answer.
    pub(crate) fn note(&self, text: &str) {
        if self.notes {
            self.complain(&style::paint(style::DIM, text));
        }
    }

    /// Tells a person what went wrong. Nothing is left to be done if even that fails.
    pub(crate) fn complain(&self, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.stderr);
        writeln!(err, "{text}").and_then(|()| err.flush()).unwrap_or_default();
    }
}
