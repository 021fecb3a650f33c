//! Runs the real binary in temporary homes. Cases are grouped by how a command ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod addresses; // what an address vendor is asked, and its answer
mod again; // what is told twice, or of a letter that left twice
mod approval; // who must approve, and what breaks an approval
mod browser; // a real Chromium reads, clicks and types
mod cases; // the worked cases of the law
mod done; // exit 0: the sample goes the whole way
mod email; // a real Postfix takes the notices
mod evidence; // what proves it all, years later
mod expected; // what the sample's letters must say, from its columns
mod failed; // exit 4: what cannot be written
mod folder; // incident folders made of a few facts
mod harness;
mod held; // exit 1: the faulty sample, one finding per planted fault
mod house; // the structure of the source itself
mod identity; // numbers and codes stay with their people
mod letters; // each letter is its own recipient's
mod lists; // lists as they come, in every format
mod logo; // a provider's logo on page 1, in every form
mod marks;
mod matrix; // every jurisdiction in every role, language and kind of loss
mod mending; // mend.csv there and back
mod mutated; // what machines and postal workers see
mod names;
mod notices; // long and odd names
mod picture; // pages as poppler draws them
mod plan; // duties and deadlines
mod preview; // who is let in, what is refused, what is never shown
mod purge; // patient data goes, and what proves the notices stays
mod refused; // exit 3: nothing is written
mod reliability; // what is promised of crashes, faults and full disks, measured
mod report; // what is open, what was done, and the forms
mod safe; // what a careless hand must not be able to do
mod same_bytes; // the same input gives the same bytes
mod scripts;
mod seeds; // letters to addresses of our own
mod serving; // a server of previews for the time of a test
mod several; // names in other scripts, with and without fonts for them
mod standards; // accessible, and fit for the archive
mod story; // from the first package to the last person
mod unreached; // whom no letter reached
mod verified; // contact blocks and rules that a person checks
mod verify; // whatever is changed is named
