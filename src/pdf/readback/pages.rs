//! The page tree: which pages there are, in order, and which resources each inherits (ISO 32000-1, 7.7.3).

use super::lexer::{Value, items};
use super::resources::Resources;
use super::{Context, Unreadable};
use std::collections::BTreeMap;

/// A page before its content is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    /// Its object.
    pub(super) object: u32,
    /// Index of its resources; `None` when neither it nor a node above has any.
    pub(super) resources: Option<usize>,
}

/// Every page in order, and the distinct resources.
pub(super) fn walk(context: Context<'_>, root: u32) -> Result<(Vec<Leaf>, Vec<Resources>), Unreadable> {
    let file = context.file;
    let mut leaves = Vec::new();
    let mut resources = Vec::new();
    // Resources that stand in an object of their own are read once, whoever refers to them.
    let mut known: BTreeMap<u32, usize> = BTreeMap::new();
    let mut waiting: Vec<(u32, Option<usize>)> = vec![(root, None)];
    let mut seen = 0;
    let mut promised = None;
    while let Some((object, inherited)) = waiting.pop() {
        seen += 1;
        // Each node has a parent: more visits than objects mean a circle.
        if seen > file.len() {
            return Err(Unreadable::Damaged("a page tree without an end"));
        }
        let Value::Dictionary(node) = file.object(object)?.value else { return Err(Unreadable::Damaged("the page tree")) };
        let (mut kind, mut kids, mut own, mut count) = (None, None, None, None);
        for (name, value) in super::lexer::pairs(node)? {
            match name {
                b"Type" => kind = Some(value),
                b"Kids" => kids = Some(value),
                b"Resources" => own = Some(value),
                b"Count" => count = Some(value),
                _ => {}
            }
        }
        let resource = match own {
            None => inherited,
            Some(Value::Reference(number)) if known.contains_key(&number) => known.get(&number).copied(),
            Some(value) => {
                resources.push(Resources::of_page(context, file.dictionary(value)?)?);
                if let Value::Reference(number) = value {
                    known.insert(number, resources.len() - 1);
                }
                Some(resources.len() - 1)
            }
        };
        match (kind, kids) {
            (Some(Value::Name(b"Page")), None) => leaves.push(Leaf { object, resources: resource }),
            (Some(Value::Name(b"Pages")), Some(kids)) => {
                if object == root {
                    promised = count;
                }
                let Value::Array(kids) = file.resolve(kids)? else { return Err(Unreadable::Damaged("the page tree")) };
                for kid in items(kids)?.into_iter().rev() {
                    let Value::Reference(kid) = kid else { return Err(Unreadable::Damaged("the page tree")) };
                    waiting.push((kid, resource));
                }
            }
            _ => return Err(Unreadable::Damaged("the page tree")),
        }
    }
    // Viewers go by the count that the root promises.
    if promised != Some(Value::Number(leaves.len() as f64)) {
        return Err(Unreadable::Damaged("the count of pages"));
    }
    Ok((leaves, resources))
}
