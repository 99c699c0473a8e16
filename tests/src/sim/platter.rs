//! What a disk holds: what is durable, what was written since, and what a power cut makes of it.
//!
//! Pure. A sector (512 bytes or 4 KiB) reaches the platter as it was in the cache at one moment since
//! the last sync, or not at all, whatever happens to the others; or it is torn: it begins as it was
//! at one moment and ends as it was at another. That is harsher than a disk that writes 512 bytes at
//! once. The length of the file is a fate of its own.

use std::collections::BTreeMap;

use super::dice::Dice;

/// What was asked since the last sync.
#[derive(Clone, Debug)]
enum Pending {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

/// How much of what was not synced survives.
#[derive(Clone, Copy, Debug)]
enum Survival {
    Nothing,
    Everything,
    /// What was asked first, as a disk does that keeps to the order.
    Beginning,
    /// Each sector by itself, so often out of eight times.
    Some(u64),
}

/// What a disk holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Platter {
    durable: Vec<u8>,
    /// What the program sees.
    cached: Vec<u8>,
    pending: Vec<Pending>,
}

impl Platter {
    pub(super) const fn len(&self) -> usize {
        self.cached.len()
    }

    /// Nothing if it is not all within the length.
    pub(super) fn read(&self, offset: usize, len: usize) -> Option<&[u8]> {
        self.cached.get(offset..offset.checked_add(len)?)
    }

    /// Says whether it was within the length; nothing is written if not.
    pub(super) fn write(&mut self, offset: usize, data: &[u8]) -> bool {
        let end = offset.checked_add(data.len());
        let Some(cached) = end.and_then(|end| self.cached.get_mut(offset..end)) else {
            return false;
        };
        cached.copy_from_slice(data);
        self.pending.push(Pending::Write { offset, data: data.to_vec() });
        true
    }

    pub(super) fn set_len(&mut self, len: usize) {
        self.cached.resize(len, 0);
        self.pending.push(Pending::Length(len));
    }

    pub(super) fn sync(&mut self) {
        for pending in self.pending.drain(..) {
            match pending {
                Pending::Length(len) => self.durable.resize(len, 0),
                Pending::Write { offset, data } => lay(&mut self.durable, offset, &data),
            }
        }
    }

    /// The power goes, or the cache is dropped after a sync that failed.
    pub(super) fn cut(&mut self, sector: usize, dice: &mut Dice) {
        self.durable = self.survivors(sector, dice);
        self.cached.clone_from(&self.durable);
        self.pending.clear();
    }

    fn survivors(&self, sector: usize, dice: &mut Dice) -> Vec<u8> {
        let survival = match dice.below(8) {
            0 => Survival::Nothing,
            1 => Survival::Everything,
            2 | 3 => Survival::Beginning,
            _ => Survival::Some(1 + dice.below(7)),
        };
        let asked = match survival {
            Survival::Nothing => 0,
            Survival::Beginning => dice.place(self.pending.len() + 1),
            Survival::Everything | Survival::Some(_) => self.pending.len(),
        };
        let mut past = Past { sector, durable: &self.durable, moments: BTreeMap::new() };
        let mut lens = vec![self.durable.len()];
        for pending in self.pending.iter().take(asked) {
            match pending {
                Pending::Write { offset, data } => past.write(*offset, data),
                Pending::Length(len) => {
                    past.cut_off(*len);
                    lens.push(*len);
                }
            }
        }
        let len = match survival {
            Survival::Some(_) => lens.get(dice.place(lens.len())).copied(),
            Survival::Nothing | Survival::Everything | Survival::Beginning => lens.last().copied(),
        };
        past.land(survival, len.unwrap_or_default(), dice)
    }
}

/// What each sector was at each moment since the last sync.
struct Past<'a> {
    sector: usize,
    durable: &'a [u8],
    moments: BTreeMap<usize, Vec<Vec<u8>>>,
}

impl Past<'_> {
    /// The moments of a sector, the first being what is durable.
    fn moments(&mut self, number: usize) -> &mut Vec<Vec<u8>> {
        let (size, durable) = (self.sector, self.durable);
        self.moments.entry(number).or_insert_with(|| {
            let mut first = vec![0; size];
            let from = number.saturating_mul(size).min(durable.len());
            let held = durable.get(from..durable.len().min(from + size)).unwrap_or_default();
            lay(&mut first, 0, held);
            vec![first]
        })
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut [u8])) {
        let moments = self.moments(number);
        let mut next = moments.last().cloned().unwrap_or_default();
        change(&mut next);
        moments.push(next);
    }

    fn write(&mut self, offset: usize, data: &[u8]) {
        let (mut offset, mut data) = (offset, data);
        while !data.is_empty() {
            let within = offset % self.sector;
            let (piece, rest) = data.split_at(data.len().min(self.sector - within));
            self.change(offset / self.sector, |sector| lay(sector, within, piece));
            (offset, data) = (offset + piece.len(), rest);
        }
    }

    /// What is beyond the end of a file is zero when the file grows again.
    fn cut_off(&mut self, len: usize) {
        let held = self.durable.len().div_ceil(self.sector);
        let beyond: Vec<_> = (len / self.sector..held)
            .chain(self.moments.keys().copied().filter(|number| *number >= held))
            .collect();
        for number in beyond {
            let kept = len.saturating_sub(number * self.sector);
            self.change(number, |sector| sector.iter_mut().skip(kept).for_each(|byte| *byte = 0));
        }
    }

    fn land(self, survival: Survival, len: usize, dice: &mut Dice) -> Vec<u8> {
        let mut image = self.durable.to_vec();
        image.resize(len, 0);
        for (number, moments) in &self.moments {
            let newest = moments.last().map_or(&[][..], Vec::as_slice);
            let landed = match survival {
                Survival::Some(often) => one_of(moments, often, dice),
                Survival::Nothing | Survival::Everything | Survival::Beginning => newest.to_vec(),
            };
            let offset = number * self.sector;
            let room = len.saturating_sub(offset);
            lay(&mut image, offset, landed.get(..room).unwrap_or(&landed));
        }
        image
    }
}

/// What a sector is after the cut.
fn one_of(moments: &[Vec<u8>], often: u64, dice: &mut Dice) -> Vec<u8> {
    let mut moment = || {
        let place = if dice.chance(often, 8) { dice.place(moments.len()) } else { 0 };
        moments.get(place).cloned().unwrap_or_default()
    };
    let (mut begins, ends) = (moment(), moment());
    if dice.chance(1, 6) {
        let torn = dice.place(begins.len());
        let (_, rest) = ends.split_at(torn.min(ends.len()));
        lay(&mut begins, torn, rest);
    }
    begins
}

/// Lays bytes over others, as far as there are any.
fn lay(under: &mut [u8], offset: usize, over: &[u8]) {
    let under = under.get_mut(offset..).unwrap_or_default();
    under.iter_mut().zip(over).for_each(|(under, over)| *under = *over);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(asked: &[(usize, u8)]) -> Platter {
        let mut platter = Platter::default();
        platter.set_len(2048);
        platter.sync();
        for (sector, byte) in asked {
            assert!(platter.write(sector * 512, &[*byte; 512]));
        }
        platter
    }

    #[test]
    fn what_was_synced_survives_every_cut() {
        for seed in 0..200 {
            let mut platter = written(&[(0, 1), (3, 2)]);
            platter.sync();
            assert!(platter.write(512, &[9; 512]));
            platter.cut(512, &mut Dice::of(seed, "cut"));
            assert_eq!(platter.read(0, 512), Some(&[1; 512][..]), "seed {seed}");
            assert_eq!(platter.read(1536, 512), Some(&[2; 512][..]), "seed {seed}");
        }
    }

    #[test]
    fn sectors_that_were_not_synced_survive_each_by_itself() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..500 {
            let mut platter = written(&[(0, 1), (1, 2)]);
            platter.cut(512, &mut Dice::of(seed, "cut"));
            let first = |sector: usize| platter.read(sector * 512, 1).map(<[u8]>::to_vec);
            seen.insert((first(0), first(1)));
        }
        let all = [(0, 0), (0, 2), (1, 0), (1, 2)].map(|(a, b)| (Some(vec![a]), Some(vec![b])));
        assert_eq!(seen, all.into());
    }

    #[test]
    fn a_length_that_was_not_synced_may_be_lost() {
        let lens: std::collections::BTreeSet<_> = (0..100)
            .map(|seed| {
                let mut platter = written(&[]);
                platter.set_len(4096);
                platter.cut(512, &mut Dice::of(seed, "cut"));
                platter.len()
            })
            .collect();
        assert_eq!(lens, [2048, 4096].into());
    }

    #[test]
    fn a_sector_may_be_torn() {
        let torn = (0..500).any(|seed| {
            let mut platter = written(&[(0, 1)]);
            platter.cut(512, &mut Dice::of(seed, "cut"));
            let sector = platter.read(0, 512).unwrap_or_default();
            sector.contains(&0) && sector.contains(&1)
        });
        assert!(torn);
    }
}
