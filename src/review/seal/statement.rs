//! The statement that an approver signs: one text that a person can read, which names the seal by its digest.

use super::{AcceptedBlocks, Approver};

/// The statement of an approval: who, in which role, when, of which seal, and what was let through.
pub(super) fn statement(incident_id: &str, digest: &str, approver: &Approver, accepted: Option<&AcceptedBlocks>) -> String {
    let Approver { by, role, on } = approver;
    let mut text = format!("breachnotice approval\nincident: {incident_id}\nseal: {digest}\nrole: {role}\nby: {by}\non: {on}\n");
    if let Some(AcceptedBlocks { blocks, reason, .. }) = accepted {
        let blocks = blocks.iter().map(|block| block.block.as_str()).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("accepted without a check: {blocks}\nbecause: {reason}\n"));
    }
    text
}
