//! Flags of a conversation's rhythm.

use clap::Args;

use super::quantity::{Flags, Quantity, QuantityArgs};
use super::value;
use crate::error::{Error, Result};
use crate::spec::Conversation;

/// The most turns, and the longest pause in milliseconds.
const TURNS: f64 = 10_000.0;
const PAUSE: f64 = 1e12;

/// How far from its mean a Gaussian draw may lie, in deviations: once in 10^15 draws one lies farther out.
const REACH: f64 = 8.0;

#[derive(Debug, Args)]
#[command(next_help_heading = "Conversation")]
pub(super) struct ConversationArgs {
    #[command(flatten)]
    turns: QuantityArgs<Turns>,
    #[command(flatten)]
    delay: QuantityArgs<Delay>,
    /// Factor on every pause
    #[arg(long, value_name = "RATIO", default_value = "1", value_parser = value::real(0.0, 1e6, ""), visible_alias = "session-delay-ratio")]
    conversation_turn_delay_ratio: f64,
}

#[derive(Debug, Clone)]
struct Turns;

impl Quantity for Turns {
    const FLAGS: Flags = Flags {
        stem: "conversation-turn",
        mean: "conversation-turn-mean",
        aliases: &[("session-turns", "session-turns-mean")],
        help: "Mean number of turns",
        what: "number of turns",
        value: "TURNS",
        unit: "turns",
        default: Some("1"),
        zero: false,
        least: 1.0,
        greatest: TURNS,
        whole: true,
    };
}

#[derive(Debug, Clone)]
struct Delay;

impl Quantity for Delay {
    const FLAGS: Flags = Flags {
        stem: "conversation-turn-delay",
        mean: "conversation-turn-delay-mean",
        aliases: &[("session-turn-delay", "session-turn-delay-mean")],
        help: "Mean pause before each turn but the first, in milliseconds",
        what: "pause, in milliseconds",
        value: "MS",
        unit: "milliseconds",
        default: Some("0"),
        zero: false,
        least: 0.0,
        greatest: PAUSE,
        whole: true,
    };
}

impl ConversationArgs {
    pub(super) fn resolve(&self, notes: &mut Vec<String>) -> Result<Conversation> {
        let asked = self.turns.quantity();
        let Some(mut turns) = asked.resolve(notes)? else {
            return Err(Error::request("--conversation-turn-mean", "there is no turn", "give 1 or more"));
        };
        if let Some((mean, stddev)) = asked.gaussian() {
            // So that a conversation's items can be counted beforehand.
            turns = turns.within("--conversation-turn-stddev", 1.0, (mean + REACH * stddev).ceil())?;
        }
        let delay = self.delay.quantity();
        let ratio = self.conversation_turn_delay_ratio;
        let delay = if delay.varies() || delay.mean() != 0.0 { delay.scaled(ratio, notes)? } else { None };
        Ok(Conversation { turns, delay_ms: delay.filter(|_| ratio != 0.0) })
    }
}
