//! Envelope profiles: where the two address blocks may stand, and what must stay clear.
//!
//! The arithmetic of slipping: a sheet point (x, y) shows at (x + dx, y + dy) with `0 <= dx <= play_x` and `0 <= dy <= play_y`,
//! where `dy = play_y` when the sheet rests on the envelope's bottom edge.

use super::unit::{Pt, Rect};
use crate::error::{Error, Place, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The areas of page 1 that an envelope's windows can show.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopeProfile {
    /// Key in envelopes.toml.
    pub id: String,
    /// Window of the recipient's block.
    pub recipient: Window,
    /// Baseline of the recipient block's last line, from the sheet's top.
    pub anchor: Pt,
    /// Window of the return address; absent when it is printed on the envelope.
    pub return_window: Option<Window>,
}

/// What a window shows of the sheet, in sheet coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Shows at every position of the sheet.
    pub always: Rect,
    /// Shows whenever the sheet rests on the envelope's bottom edge, wherever it slips sideways: the block must lie here.
    pub seated: Rect,
    /// Shows at some position: nothing else may stand here.
    pub ever: Rect,
}

/// Body text keeps so far from everything that a window can show.
const CLEAR: Pt = Pt::inches(0.125);
/// The body begins no higher than this, so that letters look alike in most envelopes.
const BODY_TOP: Pt = Pt::inches(3.4);

impl EnvelopeProfile {
    /// What can show in a window at some position of the sheet.
    pub fn ever_visible(&self) -> impl Iterator<Item = Rect> {
        [Some(self.recipient), self.return_window].into_iter().flatten().map(|window| window.ever)
    }

    /// Where the body of page 1 may begin.
    pub fn body_top(&self) -> Pt {
        self.ever_visible().fold(BODY_TOP, |top, zone| top.max(zone.y1 + CLEAR))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileEntry {
    #[allow(dead_code, reason = "for the reader of the file")]
    about: String,
    #[allow(dead_code, reason = "for the reader of the file")]
    source: String,
    play_x: f32,
    play_y: f32,
    envelope_height: Option<f32>,
    anchor: f32,
    recipient: WindowEntry,
    #[serde(rename = "return")]
    return_window: Option<WindowEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WindowEntry {
    OnEnvelope { left: f32, bottom: f32, width: f32, height: f32 },
    OnSheet { sheet_x: f32, sheet_y: f32, width: f32, height: f32 },
}

impl WindowEntry {
    fn window(&self, entry: &ProfileEntry) -> Window {
        let (play_x, play_y) = (entry.play_x, entry.play_y);
        // Left, top, right and bottom of the seated zone; the others follow from it.
        let (x0, y0, x1, y1) = match *self {
            WindowEntry::OnEnvelope { left, bottom, width, height } => {
                let top = entry.envelope_height.unwrap_or_default() - bottom - height;
                (left, top - play_y, left + width - play_x, top + height - play_y)
            }
            WindowEntry::OnSheet { sheet_x, sheet_y, width, height } => (sheet_x, sheet_y, sheet_x + width, sheet_y + height),
        };
        Window {
            always: inches(x0, y0 + play_y, x1, y1),
            seated: inches(x0, y0, x1, y1),
            ever: inches((x0 - play_x).max(0.0), y0, x1 + play_x, y1 + play_y),
        }
    }
}

fn inches(x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
    Rect { x0: Pt::inches(x0), y0: Pt::inches(y0), x1: Pt::inches(x1), y1: Pt::inches(y1) }
}

fn entries() -> Result<BTreeMap<String, ProfileEntry>> {
    toml::from_str(include_str!("envelopes.toml")).map_err(|error| Error::bug(format!("envelopes.toml: {}", error.message())))
}

/// Finds a profile by its id.
///
/// # Errors
/// Refused when there is no such profile, naming those that there are.
pub fn profile(id: &str) -> Result<EnvelopeProfile> {
    let entries = entries()?;
    let Some(entry) = entries.get(id) else {
        let known = entries.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let place = Place::file("incident.toml").column("print.envelope");
        return Err(Error::refused("unknown-envelope", place, "there is no such envelope profile", format!("choose one of: {known}")));
    };
    Ok(EnvelopeProfile {
        id: id.to_owned(),
        recipient: entry.recipient.window(entry),
        anchor: Pt::inches(entry.anchor),
        return_window: entry.return_window.as_ref().map(|window| window.window(entry)),
    })
}

/// The ids of all profiles, for tests that hold of each.
#[cfg(test)]
pub(super) fn profile_ids() -> Vec<String> {
    entries().unwrap().into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In thousandths of an inch.
    fn rounded(rect: Rect) -> [i32; 4] {
        [rect.x0, rect.y0, rect.x1, rect.y1].map(|edge| (edge.0 / 0.072).round() as i32)
    }

    #[test]
    fn zones_are_those_worked_out_by_hand() {
        // Profile, window, always, seated, ever.
        let table = [
            ("lob-10-double", [625, 2125, 3625, 2667], [625, 1667, 3625, 2667], [0, 1667, 4625, 3125]),
            ("single-10", [875, 2500, 4375, 3167], [875, 2042, 4375, 3167], [0, 2042, 5375, 3625]),
            ("postalmethods-10-double", [500, 2500, 4000, 2917], [500, 2042, 4000, 2917], [0, 2042, 5000, 3375]),
            ("no9-double", [563, 2421, 4188, 3013], [563, 2213, 4188, 3013], [188, 2213, 4563, 3221]),
        ];
        assert_eq!(table.len(), profile_ids().len());
        for (id, always, seated, ever) in table {
            let window = profile(id).unwrap().recipient;
            assert_eq!([window.always, window.seated, window.ever].map(rounded), [always, seated, ever], "{id}");
        }
        let window = profile("lob-10-double").unwrap().return_window.unwrap();
        let zones = [window.always, window.seated, window.ever].map(rounded);
        assert_eq!(zones, [[625, 875, 2875, 1292], [625, 417, 2875, 1292], [0, 417, 3875, 1750]]);
    }

    #[test]
    fn zones_lie_in_each_other_and_the_blocks_apart() {
        for id in profile_ids() {
            let profile = profile(&id).unwrap();
            for window in [Some(profile.recipient), profile.return_window].into_iter().flatten() {
                assert!(window.seated.contains(&window.always) && window.ever.contains(&window.seated), "{id}");
            }
            let apart = profile.return_window.is_none_or(|window| !window.seated.touches(&profile.recipient.ever));
            assert!(apart, "{id}: the return address would show in the recipient's window");
            let always = profile.recipient.always;
            assert!(profile.anchor > always.y0 && profile.anchor < always.y1, "{id}");
            assert!(profile.body_top() >= profile.recipient.ever.y1 + CLEAR, "{id}");
        }
    }

    #[test]
    fn an_unknown_profile_names_the_known_ones() {
        let error = profile("lob-11").unwrap_err();
        assert!(error.findings[0].hint.contains("lob-10-double"), "{error:?}");
    }
}
