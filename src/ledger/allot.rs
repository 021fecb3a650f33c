//! Who gets which number: those who have one keep it, whatever was corrected about them; nobody gets another's.

use super::store::{Known, Session};
use super::{Bearer, Marks, Piece, Sha};
use crate::error::{Error, Place, Result};
use hashbrown::HashSet;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher as _;
use std::ops::Range;

/// The largest number that fits the seven digits in which a piece number is printed.
const LAST_PIECE: Piece = 9_999_999;

/// People who are looked up and written at once.
const CHUNK: usize = 4_096;

/// Piece numbers, and which of them are new.
pub(super) struct Allotted {
    /// One for each person, in order.
    pub(super) pieces: Vec<Piece>,
    pub(super) new: Range<Piece>,
    /// Binds the new numbers to those who bear them.
    pub(super) digest: Sha,
}

/// A piece number for each person in order.
pub(super) fn allot<S: Session>(session: &mut S, people: &mut dyn Iterator<Item = Bearer>) -> Result<Allotted> {
    let last = session.last_piece()?;
    let first_new = last.unwrap_or(0) + 1;
    let mut allotting =
        Allotting { session, next: first_new, new: Vec::new(), corrected: Vec::new(), seen: HashSet::new(), digest: Sha256::new() };
    let mut pieces = Vec::new();
    let mut unknown = Vec::new();
    loop {
        let chunk: Vec<Bearer> = std::iter::from_fn(|| people.next()).take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        // In a ledger without numbers everybody is new but who comes twice.
        if last.is_none() {
            for bearer in chunk {
                pieces.push(allotting.add(bearer)?);
            }
        } else {
            allotting.look_up(chunk, &mut pieces, &mut unknown)?;
        }
        allotting.flush()?;
    }
    if !unknown.is_empty() {
        let mut free = allotting.free(&pieces)?;
        for (index, bearer) in unknown {
            let known = free.get_mut(&bearer.marks).and_then(Option::take).filter(|_| bearer.marks.tell_apart());
            pieces[index] = match known {
                // The person of a piece has come under another key.
                Some(piece) => allotting.session.add_aliases(&[(bearer.person, piece)]).map(|()| piece)?,
                None => allotting.add(bearer)?,
            };
        }
        allotting.flush()?;
    }
    Ok(Allotted { pieces, new: first_new..allotting.next, digest: allotting.digest.finalize().into() })
}

struct Allotting<'s, S> {
    session: &'s mut S,
    next: Piece,
    /// Numbers that are not written yet.
    new: Vec<(Piece, Bearer)>,
    corrected: Vec<(Piece, Marks)>,
    /// Hashes of the keys that were added: a hit is looked up.
    seen: HashSet<u64>,
    digest: Sha256,
}

impl<S: Session> Allotting<'_, S> {
    /// Finds the numbers of a chunk; those who have none join `unknown` with a 0 in their place.
    fn look_up(&mut self, chunk: Vec<Bearer>, pieces: &mut Vec<Piece>, unknown: &mut Vec<(usize, Bearer)>) -> Result<()> {
        let keys: Vec<&str> = chunk.iter().map(|bearer| bearer.person.as_str()).collect();
        let known = self.session.find(&keys)?;
        for (bearer, known) in chunk.into_iter().zip(known) {
            let bearer = match known {
                Some(Known { marks: Some(marks), .. }) if marks.are_anothers(&bearer.marks) => {
                    let own = bearer.marks.own_key(&bearer.person);
                    if let Some(known) = self.find(&own)? {
                        pieces.push(known.piece);
                        continue;
                    }
                    Bearer { person: own, ..bearer }
                }
                Some(Known { piece, marks }) => {
                    if marks != Some(bearer.marks) {
                        self.corrected.push((piece, bearer.marks));
                    }
                    pieces.push(piece);
                    continue;
                }
                None => bearer,
            };
            unknown.push((pieces.len(), bearer));
            pieces.push(0);
        }
        Ok(())
    }

    fn find(&mut self, key: &str) -> Result<Option<Known>> {
        Ok(self.session.find(&[key])?.pop().flatten())
    }

    /// A new number, unless the same key has come before in this call.
    fn add(&mut self, bearer: Bearer) -> Result<Piece> {
        let hash = self.seen.hasher().hash_one(&bearer.person);
        if !self.seen.insert(hash) {
            self.flush()?;
            if let Some(known) = self.find(&bearer.person)? {
                return Ok(known.piece);
            }
        }
        if self.next > LAST_PIECE {
            return Err(out_of_numbers(S::PLACE));
        }
        let piece = self.next;
        self.next += 1;
        self.digest.update(bound(piece, &bearer.person));
        self.new.push((piece, bearer));
        if self.new.len() >= CHUNK {
            self.flush()?;
        }
        Ok(piece)
    }

    fn flush(&mut self) -> Result<()> {
        if !self.new.is_empty() {
            self.session.add_pieces(&self.new)?;
            self.new.clear();
        }
        if !self.corrected.is_empty() {
            self.session.set_marks(&self.corrected)?;
            self.corrected.clear();
        }
        Ok(())
    }

    /// Pieces whose person is not among those with a number, by their marks; nothing where several have the same.
    fn free(&mut self, taken: &[Piece]) -> Result<BTreeMap<Marks, Option<Piece>>> {
        let taken: BTreeSet<Piece> = taken.iter().copied().collect();
        let mut free = BTreeMap::new();
        self.session.each_mark(&mut |piece, marks| {
            if !taken.contains(&piece) {
                free.entry(marks).and_modify(|known| *known = None).or_insert(Some(piece));
            }
        })?;
        Ok(free)
    }
}

/// What the digest takes of a number and its bearer.
pub(super) fn bound(piece: Piece, person: &str) -> Vec<u8> {
    [&piece.to_be_bytes(), &(person.len() as u32).to_be_bytes(), person.as_bytes()].concat()
}

fn out_of_numbers(place: &'static str) -> Error {
    Error::refused(
        "pieces-exhausted",
        Place::file(place),
        format!("there are more people than piece numbers: {LAST_PIECE} is the last"),
        "split the incident into several folders, for instance by provider",
    )
}
