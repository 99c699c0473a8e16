//! The commands, one file each.

mod aging;
pub(crate) mod apply;
mod blame;
mod check;
mod compact;
mod completion;
mod condemn;
mod demo;
pub(crate) mod deploy;
mod diff;
mod doctor;
mod emergency;
mod env;
mod exec;
mod explain;
mod export;
mod get;
mod guard;
mod head;
mod health;
mod import;
mod init;
mod label;
mod list;
mod log;
mod man;
mod metrics;
mod namespace;
mod notify;
mod op;
mod outcomes;
mod pardon;
mod point;
mod policy;
mod promote;
mod publish;
mod record;
mod redo;
mod replay;
mod resolve;
mod restore;
mod restore_to;
mod rollback;
mod router;
mod routers;
mod settings;
mod show;
mod simulate;
mod stability;
mod status;
mod supervise;
mod topic;
mod undo;
mod upgrade;
mod validate;
mod verify;
mod watch;

use std::process::ExitCode;

use clap::Subcommand;

pub(crate) use self::{
    exec::{CommandValidator, probe_of},
    policy::meant,
};
use crate::{context::Context, error::CliError};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    Init(init::Args),
    List(list::Args),
    #[command(aliases = ["push", "save", "add"])]
    Publish(publish::Args),
    Guard(guard::Args),
    Validate(validate::Args),
    #[command(alias = "history")]
    Log(log::Args),
    Show(show::Args),
    #[command(alias = "cat")]
    Get(get::Args),
    Diff(diff::Args),
    Blame(blame::Args),
    #[command(alias = "activate")]
    Promote(promote::Args),
    Apply(apply::Args),
    #[command(alias = "rollout")]
    Deploy(deploy::Args),
    Approve(deploy::Approve),
    Approvals(deploy::waiting::Args),
    Reject(deploy::Reject),
    Health(health::Args),
    Resolve(resolve::Args),
    Point(point::Args),
    Emergency(emergency::Args),
    #[command(alias = "revert")]
    Rollback(rollback::Args),
    Restore(restore::Args),
    Undo(undo::Args),
    Redo(redo::Args),
    Op(op::Args),
    Condemn(condemn::Args),
    Pardon(pardon::Args),
    Label(label::Args),
    Exec(exec::Args),
    #[command(alias = "outcome")]
    Record(record::Args),
    Import(import::Args),
    Export(export::Args),
    Check(check::Args),
    Explain(explain::Args),
    Replay(replay::Args),
    Metrics(metrics::Args),
    Outcomes(outcomes::Args),
    Stability(stability::Args),
    Aging(aging::Args),
    Supervise(supervise::Args),
    #[command(aliases = ["webhook", "channel"])]
    Notify(notify::Args),
    Status(status::Args),
    Policy(policy::Args),
    Simulate(simulate::Args),
    Env(env::Args),
    #[command(alias = "routers")]
    Router(router::Args),
    Namespace(namespace::Args),
    Watch(watch::Args),
    Verify(verify::Args),
    Compact(compact::Args),
    Head(head::Args),
    Doctor(doctor::Args),
    Upgrade(upgrade::Args),
    Settings(settings::Args),
    Completion(completion::Args),
    Man(man::Args),
    #[command(flatten)]
    Topic(topic::Topic),
}

impl Command {
    /// Whether it depends on the settings, so that files that make no sense keep it from running.
    pub(crate) const fn reads_settings(&self) -> bool {
        if let Self::Settings(args) = self {
            return args.reads_settings();
        }
        !self.is_topic() && !matches!(self, Self::Completion(_) | Self::Man(_))
    }

    /// Whether it comes to one operation, which can be done once under a key. What is imported or
    /// recorded has ids of its own, and a guard does two.
    pub(crate) const fn is_one_operation(&self) -> bool {
        matches!(
            self,
            Self::Publish(_)
                | Self::Promote(_)
                | Self::Apply(_)
                | Self::Rollback(_)
                | Self::Restore(_)
                | Self::Undo(_)
                | Self::Redo(_)
                | Self::Condemn(_)
                | Self::Pardon(_)
                | Self::Label(_)
        )
    }

    /// Whether it is a page of help.
    const fn is_topic(&self) -> bool {
        matches!(self, Self::Topic(_))
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    #[expect(clippy::too_many_lines, reason = "a line for each command")]
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::Demo(args) => Box::pin(demo::run(context, args)).await,
            Self::Init(args) => init::run(context, args).await,
            Self::List(args) => list::run(context, args).await,
            Self::Publish(args) => Box::pin(publish::run(context, args)).await,
            Self::Guard(args) => Box::pin(guard::run(context, args)).await,
            Self::Validate(args) => Box::pin(validate::run(context, args)).await,
            Self::Log(args) => log::run(context, args).await,
            Self::Show(args) => show::run(context, args).await,
            Self::Get(args) => get::run(context, args).await,
            Self::Diff(args) => diff::run(context, args).await,
            Self::Blame(args) => blame::run(context, args).await,
            Self::Promote(args) => promote::run(context, args).await,
            Self::Apply(args) => Box::pin(apply::run(context, args)).await,
            Self::Deploy(args) => Box::pin(deploy::run(context, args)).await,
            Self::Approve(args) => deploy::approve(context, args).await,
            Self::Approvals(args) => deploy::waiting::run(context, args).await,
            Self::Reject(args) => deploy::reject(context, args).await,
            Self::Health(args) => Box::pin(health::run(context, args)).await,
            Self::Resolve(args) => resolve::run(context, args).await,
            Self::Point(args) => point::run(context, args).await,
            Self::Emergency(args) => Box::pin(emergency::run(context, args)).await,
            Self::Rollback(args) => rollback::run(context, args).await,
            Self::Restore(args) => restore::run(context, args).await,
            Self::Undo(args) => undo::run(context, args).await,
            Self::Redo(args) => redo::run(context, args).await,
            Self::Op(args) => op::run(context, args).await,
            Self::Condemn(args) => condemn::run(context, args).await,
            Self::Pardon(args) => pardon::run(context, args).await,
            Self::Label(args) => label::run(context, args).await,
            Self::Exec(args) => Box::pin(exec::run(context, args)).await,
            Self::Record(args) => record::run(context, args).await,
            Self::Import(args) => Box::pin(import::run(context, args)).await,
            Self::Export(args) => Box::pin(export::run(context, args)).await,
            Self::Check(args) => check::run(context, args).await,
            Self::Explain(args) => explain::run(context, args).await,
            Self::Replay(args) => replay::run(context, &args),
            Self::Metrics(args) => metrics::run(context, args).await,
            Self::Outcomes(args) => outcomes::run(context, args).await,
            Self::Stability(args) => stability::run(context, args).await,
            Self::Aging(args) => aging::run(context, args).await,
            Self::Supervise(args) => Box::pin(supervise::run(context, args)).await,
            Self::Notify(args) => Box::pin(notify::run(context, args)).await,
            Self::Status(args) => status::run(context, args).await,
            Self::Policy(args) => policy::run(context, args).await,
            Self::Simulate(args) => simulate::run(context, &args),
            Self::Env(args) => env::run(context, args).await,
            Self::Router(args) => router::run(context, args).await,
            Self::Namespace(args) => namespace::run(context, args).await,
            Self::Watch(args) => watch::run(context, args).await,
            Self::Verify(args) => verify::run(context, args).await,
            Self::Compact(args) => Box::pin(compact::run(context, args)).await,
            Self::Head(args) => head::run(context, args).await,
            Self::Doctor(args) => doctor::run(context, args).await,
            Self::Upgrade(args) => upgrade::run(context, args).await,
            Self::Settings(args) => settings::run(context, &args),
            Self::Completion(args) => completion::run(context, &args),
            Self::Man(args) => man::run(context, &args),
            Self::Topic(topic) => topic.run(context),
        }
    }
}
