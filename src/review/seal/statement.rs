//! The statement that an approver signs: one text that a person can read, which names the seal by its digest.

use super::{AcceptedBlocks, Approver, StaleBlock, VerifiedBlock};

/// The statement of an approval: who, in which role, when, of which seal, who had checked which contact block, and what was let through.
pub(super) fn statement(
    incident_id: &str,
    digest: &str,
    approver: &Approver,
    verified: &[VerifiedBlock],
    accepted: Option<&AcceptedBlocks>,
) -> String {
    let Approver { by, role, on } = approver;
    let mut text = format!("breachnotice approval\nincident: {incident_id}\nseal: {digest}\nrole: {role}\nby: {by}\non: {on}\n");
    for VerifiedBlock { block, by, on, source } in verified {
        text.push_str(&format!("checked: {block} by {by} on {on}, {source}\n"));
    }
    if let Some(AcceptedBlocks { blocks, reason }) = accepted {
        blocks.iter().for_each(|block| text.push_str(&format!("accepted without a check: {block}\n")));
        text.push_str(&format!("because: {reason}\n"));
    }
    text
}

impl std::fmt::Display for StaleBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StaleBlock { block, since: Some(since) } => write!(f, "{block} (stale since {since})"),
            StaleBlock { block, since: None } => write!(f, "{block} (never verified)"),
        }
    }
}
