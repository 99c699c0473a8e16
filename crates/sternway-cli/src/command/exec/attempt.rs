//! One run of what is live: read it, let go of the store, run it, and say how it went.
//!
//! The store's file belongs to one process at a time, so it is not held while the command runs.

use std::{ffi::OsString, time::Duration};

use sternway::{
    Missing, Outcome, Sternway,
    control::{
        Control,
        deploy::{Resolved, Targeting},
        record::Judged,
        rollback::Reaction,
        runs::Opening,
    },
    provider::{Clock, Stopwatch, SystemClock},
    types::{
        ArtifactId, Assigned, Content, ContentKind, Outcome as Record, OutcomeId, Regression,
        Subject, Timestamp, Verdict,
    },
};

use super::{
    argv::{Argv, Template},
    child::{self, Ended, Errand, Group, RunError, Streams},
    copy::{Place, PrivateCopy},
    shadow::Shadow,
    signal::Interrupts,
};
use crate::{
    command::resolve::{Attribute, attributes},
    context::Context,
    error::CliError,
    format::visible,
};

/// What is to be run, and how.
#[derive(Debug)]
pub(crate) struct Order {
    /// Whose live version.
    pub(crate) artifact: ArtifactId,
    /// By which command.
    pub(crate) template: Template,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
    /// When it counts as failed, if nobody says how it ended.
    pub(crate) deadline: Option<Duration>,
    /// The name of the run, if the caller has one.
    pub(crate) name: Option<String>,
    /// Where to look for more.
    pub(crate) trace: Option<String>,
    /// Whose run it is, for versions that share the runs.
    pub(crate) key: Option<String>,
    /// What it carries, for a candidate that is given runs for that.
    pub(crate) attributes: Vec<Attribute>,
}

/// What was live when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    /// What the outcome will be about.
    pub(crate) subject: Subject,
    /// What is run.
    pub(crate) content: Content,
    /// An id, which is also the name of the run, unless the caller has one.
    id: OutcomeId,
    /// Whether its run is a copy of another one's.
    is_copy: IsCopy,
    /// How the run came to it, if a deployment shares the runs out.
    assigned: Option<Assigned>,
}

/// Whether a run is a copy of another one's, whose answer nobody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IsCopy {
    /// It answers.
    No,
    /// It does not.
    Yes,
}

/// What is to be run, where it was written to.
struct Copies {
    live: Live,
    copy: PrivateCopy,
    shadow: Result<Option<Shadow>, CliError>,
}

/// A run that ended, and what came of it.
#[derive(Debug)]
#[must_use = "a run may have rolled its version back, or not have been recorded"]
pub(crate) struct Attempt {
    /// What ran.
    pub(crate) subject: Subject,
    /// How it ended.
    pub(crate) ended: Ended,
    /// When.
    pub(crate) at: Timestamp,
    /// The name under which it counts once, however often it is recorded.
    pub(crate) name: String,
    /// Where to look for more.
    pub(crate) trace: Option<String>,
    /// What recording it led to.
    pub(crate) recorded: Result<Recorded, CliError>,
    /// Why the copy of it that a candidate was to get is not known to have gone one way or the other.
    pub(crate) not_copied: Option<String>,
}

/// What recording a run led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Nothing if an outcome of the same name had been counted before.
    pub(crate) judged: Option<Judged>,
    /// How long it took to record, to judge and to react.
    pub(crate) took: Duration,
    /// The verdict, if the version is bad and stays live because none before it is good. The run
    /// that found out is not the only one that says so: it may have been nobody's terminal.
    pub(crate) halted: Option<Box<Regression>>,
}

/// Why nothing was run, or nobody knows how it ended. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    /// What is live could not be read, or the outcome could never be recorded.
    #[error(transparent)]
    Before(#[from] CliError),
    /// The command could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Order {
    /// Runs what is live without a limit, by no name.
    pub(crate) const fn new(artifact: ArtifactId, template: Template) -> Self {
        Self {
            artifact,
            template,
            timeout: None,
            deadline: None,
            name: None,
            trace: None,
            key: None,
            attributes: Vec::new(),
        }
    }

    /// What is live now.
    ///
    /// # Errors
    ///
    /// [`CliError`] if nothing is, the command asks for the one file of a folder, or the store cannot
    /// be read.
    pub(crate) async fn live(&self, context: &Context) -> Result<Live, CliError> {
        let read = async |sternway: &Sternway| self.read(context, sternway.control()).await;
        context.with(Missing::Refuse, read).await
    }

    async fn read(&self, context: &Context, control: &Control) -> Result<Live, CliError> {
        let run = self.resolve(context, control).await?;
        self.content_of(control, &run, context, IsCopy::No).await
    }

    async fn resolve(&self, context: &Context, control: &Control) -> Result<Resolved, CliError> {
        let attributes = attributes(&self.attributes);
        let run = Targeting { key: self.key.as_deref(), attributes: &attributes };
        Ok(control.resolve_run(&self.artifact, &context.environment, &run).await?)
    }

    /// What is to be run of a version.
    pub(super) async fn content_of(
        &self,
        control: &Control,
        run: &Resolved,
        context: &Context,
        is_copy: IsCopy,
    ) -> Result<Live, CliError> {
        let subject = run.subject(self.artifact.clone(), context.environment.clone());
        let version = control.version(&self.artifact, subject.version).await?;
        if version.content.kind == ContentKind::Tree && self.template.names_file() {
            let (artifact, number) = (&self.artifact, version.number);
            let why = format!("{artifact}@{number} is a folder, and {{file}} is one file");
            return Err(CliError::invalid(why).with_help("write {dir}, or {dir}/FILE, instead"));
        }
        let content = control.content(&version).await?;
        let (id, assigned) = (control.ids().outcome(), run.assigned);
        Ok(Live { subject, content, id, is_copy, assigned })
    }

    /// What is live now, and a private copy of it; and the candidate that gets a copy of the run, if one does.
    async fn copy(&self, context: &Context) -> Result<Copies, CliError> {
        let copied = context.with(Missing::Refuse, async |sternway| {
            let control = sternway.control();
            let run = self.resolve(context, control).await?;
            let live = self.content_of(control, &run, context, IsCopy::No).await?;
            // What can never be recorded is better not run.
            self.record(&live, Outcome::ok(), Timestamp::EPOCH)?;
            let copy = PrivateCopy::write(control, &self.artifact, &live.content).await?;
            let shadow = Box::pin(Shadow::of(self, control, &run, context)).await;
            self.open(control, &live).await?;
            Ok(Copies { live, copy, shadow })
        });
        copied.await
    }

    /// Says that the run begins, if that was asked for.
    async fn open(&self, control: &Control, live: &Live) -> Result<(), CliError> {
        let Some(deadline) = self.deadline else { return Ok(()) };
        let (subject, assigned) = (live.subject.clone(), live.assigned);
        let id = OutcomeId::of_run(&subject.artifact, &subject.environment, &self.name_of(live));
        let deadline = Some(deadline);
        drop(control.open_run(Opening { id, subject, deadline, assigned }).await?);
        Ok(())
    }

    /// That a command cannot be run says nothing about what is live, also where it was said that it begins.
    async fn never_ran(&self, context: &Context, live: &Live) {
        if self.deadline.is_none() {
            return;
        }
        let ended = self.record(live, Outcome::unknown(), SystemClock.now());
        let recorded = match ended {
            Ok(outcome) => append(context, outcome).await.map(drop),
            Err(err) => Err(err),
        };
        if let Err(err) = recorded {
            let why = err.chain().join(": ");
            let what = format!("the run {} counts as failed at its deadline", self.name_of(live));
            context.console.complain(&format!("{what}: {}", visible::line(&why)));
        }
    }

    /// The record of a run.
    pub(super) fn record(
        &self,
        live: &Live,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<Record, CliError> {
        let outcome = outcome.named(self.name_of(live));
        let outcome = match &self.trace {
            Some(trace) => outcome.trace(trace.as_str()),
            None => outcome,
        };
        let outcome = match live.assigned {
            Some(assigned) => outcome.assigned(assigned),
            None => outcome,
        };
        Ok(outcome.into_record(live.subject.clone(), live.id, at)?)
    }

    /// Whoever has to record it by hand needs a name to do it under.
    fn name_of(&self, live: &Live) -> String {
        match (&self.name, live.is_copy) {
            (None, _) => live.id.to_string(),
            (Some(name), IsCopy::No) => name.clone(),
            // Both count, and each once.
            (Some(name), IsCopy::Yes) => format!("{name} (copy)"),
        }
    }

    /// Runs what is live, and records how it went.
    ///
    /// # Errors
    ///
    /// [`AttemptError`] if nothing was run or nobody knows how it ended.
    pub(crate) async fn attempt(
        &self,
        context: &Context,
        streams: Streams,
        interrupts: &mut Interrupts,
    ) -> Result<Attempt, AttemptError> {
        let Copies { live, copy, shadow } = self.copy(context).await?;
        let argv = self.template.fill(copy.place(), live.subject.version);
        let variables = variables(&live.subject, copy.place());
        let (timeout, group) = (self.timeout, Group::Ours);
        let errand = Errand { argv, variables, timeout, streams, group };
        let answers = child::run(errand, interrupts);
        // What is in the way of a copy is in the way of nobody who wants an answer.
        let (ended, copied, trouble) = match shadow {
            Ok(Some(shadow)) => {
                let (ended, copied) = Box::pin(shadow.beside(self, answers)).await;
                (ended, copied, None)
            }
            Ok(None) => (answers.await, None, None),
            Err(err) => (answers.await, None, Some(err.chain().join(": "))),
        };
        let ended = match ended {
            Ok(ended) => ended,
            Err(err) => {
                self.never_ran(context, &live).await;
                return Err(err.into());
            }
        };
        let at = SystemClock.now();
        let outcome = self.record(&live, ended.conclusion().outcome().took(ended.took), at);
        let recorded = match outcome {
            Ok(outcome) => append(context, outcome).await,
            Err(err) => Err(err),
        };
        let not_copied = match copied {
            Some(copied) => Box::pin(copied.record(self, context)).await,
            None => trouble,
        };
        let (name, trace) = (self.name_of(&live), self.trace.clone());
        Ok(Attempt { subject: live.subject, ended, at, name, trace, recorded, not_copied })
    }

    /// What would be run.
    pub(crate) fn preview(&self, live: &Live) -> Argv {
        let private = std::env::temp_dir().join("sternway-XXXXXX");
        let place = Place::below(&private, &self.artifact, &live.content);
        self.template.fill(&place, live.subject.version)
    }
}

/// What the child is told besides its arguments.
pub(super) fn variables(subject: &Subject, place: &Place) -> Vec<(&'static str, OsString)> {
    let file = place.file.as_ref().map(|file| ("STERNWAY_FILE", file.into()));
    let mut variables = vec![
        ("STERNWAY_ARTIFACT", subject.artifact.to_string().into()),
        ("STERNWAY_VERSION", subject.version.get().to_string().into()),
        ("STERNWAY_ENVIRONMENT", subject.environment.to_string().into()),
        ("STERNWAY_GENERATION", subject.generation.get().to_string().into()),
        ("STERNWAY_DIR", place.dir.clone().into()),
    ];
    variables.extend(file);
    variables
}

pub(super) async fn append(context: &Context, outcome: Record) -> Result<Recorded, CliError> {
    context
        .with(Missing::Refuse, async |sternway| {
            let control = sternway.control();
            let stopwatch = Stopwatch::start();
            let recorded = control.record(vec![outcome]).await?;
            let (judged, took) = (recorded.judged.into_iter().next(), stopwatch.elapsed());
            if let Some(judged) = &judged {
                withdrawn(control, judged).await?;
            }
            let halted = match &judged {
                Some(judged) => halted(control, judged).await?,
                None => None,
            };
            Ok(Recorded { judged, took, halted })
        })
        .await
}

/// Has the deployment of a candidate that was taken back go on to its end, whoever drives it otherwise.
pub(crate) async fn withdrawn(control: &Control, judged: &Judged) -> Result<(), CliError> {
    if let Some(Reaction::Withdrawn { environment, deployment, .. }) = &judged.reaction {
        drop(control.drive_one(environment, *deployment).await?);
    }
    Ok(())
}

async fn halted(control: &Control, judged: &Judged) -> Result<Option<Box<Regression>>, CliError> {
    let Verdict::Regressed(regression) = &judged.verdict else { return Ok(None) };
    match &judged.reaction {
        None | Some(Reaction::RolledBack(_) | Reaction::Withdrawn { .. }) => Ok(None),
        Some(Reaction::Stays { action, .. }) => {
            Ok(action.needs_a_person().then(|| regression.clone()))
        }
        Some(Reaction::Overtaken) => {
            let Subject { artifact, environment, .. } = &judged.subject;
            let check = control.check(artifact, environment).await?;
            let latch = check.latch.filter(|latch| latch.action.needs_a_person());
            Ok(latch
                .filter(|_| check.subject == judged.subject)
                .map(|latch| Box::new(latch.regression)))
        }
    }
}
