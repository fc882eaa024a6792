use std::collections::HashMap;

use parse::Item;
use price::Price;

/// Items by name; the same item on two lines is counted together.
#[derive(Debug, Default)]
pub struct Shelf {
    items: HashMap<String, Item>,
    order: Vec<String>,
}

impl Shelf {
    pub fn new() -> Shelf {
        Shelf::default()
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Puts an item on the shelf.
    pub fn put(&mut self, item: Item) {
        let known = {
            let found = self.items.get_mut(&item.name);
            match found {
                Some(old) => {
                    old.quantity += item.quantity;
                    true
                }
                None => false,
            }
        };
        if !known {
            self.order.push(item.name.clone());
            self.items.insert(item.name.clone(), item);
        }
    }

    /// Takes from an item, as far as there is any; returns how many were taken.
    pub fn take(&mut self, name: &str, quantity: u32) -> u32 {
        let taken;
        {
            let item = match self.items.get_mut(name) {
                Some(item) => item,
                None => return 0,
            };
            taken = quantity.min(item.quantity);
            item.quantity -= taken;
        }
        self.forget_empty();
        taken
    }

    /// The items in the order of the list.
    pub fn items<'a>(&'a self) -> Box<Iterator<Item = &'a Item> + 'a> {
        Box::new(self.order.iter().filter_map(move |name| self.items.get(name)))
    }

    /// What everything together is worth.
    pub fn worth(&self) -> Price {
        Price(self.items().map(|item| i64::from(item.quantity) * item.price.0).sum())
    }

    fn forget_empty(&mut self) {
        let empty: Vec<String> = self
            .items
            .values()
            .filter(|item| item.quantity == 0)
            .map(|item| item.name.clone())
            .collect();
        for name in empty {
            self.items.remove(&name);
            self.order.retain(|other| *other != name);
        }
    }
}
