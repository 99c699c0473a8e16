//! Chance that is the same on every machine.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng as _},
};

use crate::number::float;

/// A source of chance that begins with a seed. Integers, and floats whose logarithms come from `libm`:
/// a seed leads to the same numbers wherever it is used.
#[derive(Clone, Debug)]
pub(crate) struct Chance(Pcg64Mcg);

impl Chance {
    /// One of many sources, by the seed of all and the number of this one.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(mixed(seed, number)))
    }

    /// A number from 0, and below 1.
    pub(crate) fn next(&mut self) -> f64 {
        const STEP: f64 = 1.0 / float(1 << 53);
        // As many bits as a float holds.
        float(self.0.next_u64() >> 11) * STEP
    }

    /// A number of a Beta distribution with both shapes at least 1.
    pub(crate) fn beta(&mut self, one: f64, other: f64) -> f64 {
        let (one, other) = (self.gamma(one), self.gamma(other));
        one / (one + other)
    }

    /// Marsaglia and Tsang, *A simple method for generating gamma variables* (2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let normal = self.normal();
            let cube = (1.0 + c * normal) * (1.0 + c * normal) * (1.0 + c * normal);
            // 1 − u is never 0.
            let ln_chance = libm::log(1.0 - self.next());
            if cube > 0.0 && ln_chance < 0.5 * normal * normal + d - d * cube + d * libm::log(cube)
            {
                return d * cube;
            }
        }
    }

    /// The polar method of Marsaglia.
    fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.next() - 1.0, 2.0 * self.next() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * libm::sqrt(-2.0 * libm::log(square) / square);
            }
        }
    }
}

/// A seed of its own for each number: neighbors are as different as any two (`SplitMix64`).
pub(crate) const fn mixed(seed: u64, number: u64) -> u64 {
    let mut bits = seed ^ number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_leads_to_the_same_numbers_everywhere() {
        let mut chance = Chance::new(7, 0);
        let bits = [(); 3].map(|()| chance.next().to_bits());
        assert_eq!(
            bits,
            [4_600_188_571_573_463_452, 4_599_492_009_743_604_470, 4_597_570_552_120_101_312]
        );
        assert_eq!(chance.beta(2.0, 8.0).to_bits(), 4_600_492_782_336_485_856);
    }

    #[test]
    fn neighbors_have_nothing_in_common() {
        let first = |number| Chance::new(1, number).next();
        let below = (0..10_000).filter(|number| first(*number) < 0.5).count();
        assert!((4_700..5_300).contains(&below), "{below}");
    }

    #[test]
    fn a_beta_distribution_has_its_mean() {
        let mut chance = Chance::new(3, 0);
        let mean = (0..20_000).map(|_| chance.beta(2.0, 8.0)).sum::<f64>() / 20_000.0;
        // Six standard errors.
        assert!((mean - 0.2).abs() < 0.0052, "{mean}");
    }
}
