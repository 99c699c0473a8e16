//! Answers in the format that was asked for.

use serde::Serialize;
use sternway::api::ListView;

use crate::{cli::Output, context::Context, error::CliError, format::visible, render::page::Page};

impl Context {
    /// Answers with one thing: its view for programs, its name for scripts, a page for people.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if the answer cannot be written.
    pub(crate) fn answer(
        &self,
        view: &impl Serialize,
        name: &str,
        human: impl FnOnce(&mut Page),
    ) -> Result<(), CliError> {
        match self.output {
            Output::Json | Output::Jsonl => self.console.print_json(view),
            Output::Name => self.names([name.to_owned()]),
            Output::Table => self.page(human),
        }
    }

    /// Answers with a list: one document, one line per item, the names, or a page for people.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`] if the answer cannot be written.
    pub(crate) fn answer_list<V: Serialize>(
        &self,
        list: &ListView<V>,
        name: impl Fn(&V) -> String,
        human: impl FnOnce(&mut Page),
    ) -> Result<(), CliError> {
        match self.output {
            Output::Json => self.console.print_json(list),
            Output::Jsonl => {
                list.items.iter().try_for_each(|item| self.console.print_json_line(item))
            }
            Output::Name => self.names(list.items.iter().map(name)),
            Output::Table => self.page(human),
        }
    }

    fn page(&self, human: impl FnOnce(&mut Page)) -> Result<(), CliError> {
        let mut page = self.console.page();
        human(&mut page);
        self.console.show(&page)
    }

    fn names(&self, names: impl IntoIterator<Item = String>) -> Result<(), CliError> {
        let mut page = self.console.page();
        names.into_iter().for_each(|name| page.line(visible::line(&name)));
        self.console.print(&page)
    }
}
