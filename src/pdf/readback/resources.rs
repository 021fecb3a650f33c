//! What a content stream names: fonts, and forms whose content is read once and then only placed.

use super::file::inflate;
use super::font::Font;
use super::lexer::{Value, entry, items, pairs, plain_name};
use super::matrix::{Matrix, Span};
use super::paint::{Painted, Tint, paint};
use super::{Context, ReadText, Unreadable, with_scratch};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The resources of pages or of a form.
#[derive(Default)]
pub(super) struct Resources {
    fonts: Arc<Fonts>,
    forms: Arc<Forms>,
}

/// By name.
type Fonts = Vec<(Vec<u8>, Arc<Font>)>;
/// By name.
type Forms = HashMap<Vec<u8>, Slot>;

/// Dictionaries of fonts and forms that stand in an object of their own, by its number: read once, whoever refers to them.
#[derive(Default)]
pub(super) struct Shared {
    fonts: Known<Fonts>,
    forms: Known<Forms>,
}

type Known<T> = Mutex<BTreeMap<u32, Arc<T>>>;

/// An external object, read when it is painted first.
struct Slot {
    object: u32,
    form: OnceLock<Result<Option<Form>, Unreadable>>,
}

/// A form as it is painted, in the coordinates of its matrix's outside.
pub(super) struct Form {
    painted: Painted,
}

/// What a dictionary holds, read unless its object is known.
fn shared<T>(
    context: Context<'_>,
    dictionary: Value<'_>,
    known: Option<&Known<T>>,
    read: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
) -> Result<Arc<T>, Unreadable> {
    let (Value::Reference(object), Some(known)) = (dictionary, known) else {
        return Ok(Arc::new(read(context.file.dictionary(dictionary)?)?));
    };
    if let Some(known) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&object) {
        return Ok(Arc::clone(known));
    }
    let found = Arc::new(read(context.file.dictionary(dictionary)?)?);
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(object, Arc::clone(&found));
    Ok(found)
}

impl Resources {
    /// Reads a page's resource dictionary.
    pub(super) fn of_page(context: Context<'_>, dictionary: &[u8]) -> Result<Resources, Unreadable> {
        Resources::read(context, dictionary, Some(&context.shared.forms))
    }

    /// A form's own: its forms are not shared, because one that paints itself must come to the deepest nesting, not wait for
    /// itself.
    fn of_form(context: Context<'_>, dictionary: &[u8]) -> Result<Resources, Unreadable> {
        Resources::read(context, dictionary, None)
    }

    fn read(context: Context<'_>, dictionary: &[u8], known: Option<&Known<Forms>>) -> Result<Resources, Unreadable> {
        let mut resources = Resources::default();
        if let Some(fonts) = entry(dictionary, b"Font")? {
            resources.fonts = shared(context, fonts, Some(&context.shared.fonts), |fonts| {
                let font = |(name, font): (&[u8], _)| {
                    let font = with_scratch(|scratch| context.reader.fonts.font(context.file, font, &mut scratch.decompressor))?;
                    Ok((plain_name(name).into_owned(), font))
                };
                pairs(fonts)?.into_iter().map(font).collect()
            })?;
        }
        if let Some(objects) = entry(dictionary, b"XObject")? {
            resources.forms = shared(context, objects, known, |objects| {
                let slot = |(name, object): (&[u8], _)| match object {
                    Value::Reference(object) => Ok((plain_name(name).into_owned(), Slot { object, form: OnceLock::new() })),
                    _ => Err(Unreadable::Damaged("a form that is no object")),
                };
                pairs(objects)?.into_iter().map(slot).collect::<Result<Forms, _>>()
            })?;
        }
        Ok(resources)
    }

    /// The font of a name.
    pub(super) fn font(&self, name: &[u8]) -> Option<&Arc<Font>> {
        let name = plain_name(name);
        self.fonts.iter().find(|(known, _)| *known == *name).map(|(_, font)| font)
    }

    /// The form of a name; `None` when it is an image.
    pub(super) fn form(&self, context: Context<'_>, name: &[u8], depth: usize) -> Result<Option<&Form>, Unreadable> {
        let name = plain_name(name);
        let slot = self.forms.get(&*name).ok_or(Unreadable::Missing("a form"))?;
        let form = slot.form.get_or_init(|| Form::read(context, slot.object, depth));
        form.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}

impl Form {
    fn read(context: Context<'_>, object: u32, depth: usize) -> Result<Option<Form>, Unreadable> {
        let stored = context.file.stream(object)?;
        let dictionary = stored.dictionary;
        match entry(dictionary, b"Subtype")? {
            Some(Value::Name(b"Form")) => {}
            Some(Value::Name(b"Image")) => return Ok(None),
            _ => return Err(Unreadable::Foreign("an external object that is neither form nor image")),
        }
        let resources = match context.file.entry(dictionary, b"Resources")? {
            Some(Value::Dictionary(resources)) => Resources::of_form(context, resources)?,
            _ => Resources::default(),
        };
        let mut content = Vec::new();
        with_scratch(|scratch| inflate(stored, &mut scratch.decompressor, &mut content))?;
        let mut painted = paint(context, &resources, &content, Tint::Inherited, depth)?;
        let [x0, y0, x1, y1] = numbers(context, dictionary, b"BBox")?.ok_or(Unreadable::Missing("the box of a form"))?;
        let bounds = Span::of((x0, y0), (x1, y1));
        // What lies outside its box is cut off and seen by nobody.
        if !painted.texts.iter().all(|text| bounds.holds((f64::from(text.x), f64::from(text.y)))) {
            return Err(Unreadable::CutOff);
        }
        if let Some(matrix) = numbers(context, dictionary, b"Matrix")? {
            let inner = std::mem::take(&mut painted);
            Form { painted: inner }.place(Matrix(matrix), Tint::Inherited, &mut painted);
        }
        Ok(Some(Form { painted }))
    }

    /// Paints the form.
    pub(super) fn place(&self, matrix: Matrix, tint: Tint, onto: &mut Painted) {
        let Matrix(m) = matrix;
        let (upright, wider, taller) = (matrix.is_upright(), m[0].hypot(m[1]) as f32, m[2].hypot(m[3]) as f32);
        onto.texts.extend(self.painted.texts.iter().map(|text| {
            let (x, y) = matrix.apply(f64::from(text.x), f64::from(text.y));
            ReadText {
                x: x as f32,
                y: y as f32,
                size: text.size * taller,
                width: text.width * wider,
                upright: text.upright && upright,
                text: Arc::clone(&text.text),
            }
        }));
        onto.shapes.interrupt();
        onto.shapes.place(&self.painted.shapes, matrix, matches!(tint, Tint::Black | Tint::Inherited), tint == Tint::Inherited);
    }
}

/// An array of numbers; `None` when there is none.
fn numbers<const N: usize>(context: Context<'_>, dictionary: &[u8], key: &[u8]) -> Result<Option<[f64; N]>, Unreadable> {
    let wrong = || Unreadable::Damaged("an array of numbers");
    let array = match context.file.entry(dictionary, key)? {
        None => return Ok(None),
        Some(Value::Array(array)) => items(array)?,
        Some(_) => return Err(wrong()),
    };
    let mut numbers = [0.0; N];
    if array.len() != N {
        return Err(wrong());
    }
    for (slot, item) in numbers.iter_mut().zip(array) {
        let Value::Number(number) = item else { return Err(wrong()) };
        *slot = number;
    }
    Ok(Some(numbers))
}
