# cython: cdivision=True
"""The normal distribution on floats, and gelu, which is made of it."""

from autodiff.table import libm


def bell(x: float) -> float:
    """e^(-x^2 / 2): 2^k e^r with |r| < 0.35, and in r what rounding takes from the square (Dekker's product).

    All of it is arithmetic without a branch, so a loop of it runs in wide registers.
    """
    z: float = libm.fabs(x) if libm.fabs(x) < 40.0 else 40.0
    big: float = 134217729.0 * z
    high: float = big - (big - z)
    low: float = z - high
    square: float = z * z
    lost: float = ((high * high - square) + 2.0 * high * low) + low * low
    k: float = (square * -0.7213475204444817 + 6755399441055744.0) - 6755399441055744.0  # rounded
    r: float = ((-0.5 * square - k * 0.6931471806019545) - k * -4.2009150726810846e-11) - 0.5 * lost
    q: float = 1.6059043836821613e-10
    q = ((q * r + 2.08767569878681e-09) * r + 2.505210838544172e-08) * r + 2.755731922398589e-07
    q = ((q * r + 2.7557319223985893e-06) * r + 2.48015873015873e-05) * r + 0.0001984126984126984
    q = ((q * r + 0.001388888888888889) * r + 0.008333333333333333) * r + 0.041666666666666664
    q = (q * r + 0.16666666666666666) * r + 0.5
    half: float = (0.5 * k + 6755399441055744.0) - 6755399441055744.0
    y: float = (1.0 + (r + r * r * q)) * libm.power_of_two(half) * libm.power_of_two(k - half)
    return x if libm.isnan(x) else y


def normal_pdf(x: float) -> float:
    """e^(-x^2 / 2) / sqrt(2 pi)."""
    return bell(x) * 0.3989422804014327


def normal_cdf(x: float) -> float:
    """e^(-x^2 / 2) m(|x|) up to 0, and 1 minus that above.

    (1 + z) m(z) is smooth in t = (z - 5) / (z + 5): a polynomial whose coefficients were computed with
    50 digits.
    """
    z: float = libm.fabs(x) if libm.fabs(x) < 40.0 else 40.0
    t: float = (z - 5.0) / (z + 5.0)
    s: float = t * t
    even: float = -2.8220772290629865e-10
    even = (even * s + 3.627373163401201e-09) * s - 2.6286205089898754e-08
    even = (even * s + 1.27878221820937e-07) * s - 7.034644683537101e-08
    even = (even * s - 9.896097759279782e-06) * s + 0.00018233414511643843
    even = (even * s - 0.00167607234455447) * s - 0.015170415402514863
    even = (even * s - 0.026401042966308307) * s + 0.031030368425963708
    even = even * s + 0.46151582985003775
    odd: float = -3.815816262632953e-10
    odd = (odd * s + 4.4011596227599254e-09) * s - 3.095201755804207e-08
    odd = (odd * s + 1.9627809920091187e-07) * s - 1.3074486019237587e-06
    odd = (odd * s + 9.05982468125664e-06) * s - 5.36075811148722e-05
    odd = (odd * s + 7.791597409338999e-06) * s + 0.006522000667783896
    odd = (odd * s + 0.024536963243678652) * s + 0.010002352385229382
    odd = odd * s - 0.09155228183400904
    y: float = bell(x) * ((even + t * odd) / (1.0 + z))
    return 1.0 - y if x > 0.0 else y


def gelu(x: float) -> float:
    """x Phi(x), with the exact normal distribution."""
    return x * normal_cdf(x)


def gelu_prime(x: float) -> float:
    """Phi(x) + x phi(x); its Taylor series around the zero, where the two terms cancel."""
    far: float = normal_cdf(x) + (x * normal_pdf(x) if libm.fabs(x) < 40.0 else 0.0)
    h: float = (x + 0.7517915246935645) - 1.4956759177009883e-17
    y: float = -2.5871508475507507e-14
    y = ((y * h - 1.3820118240601056e-13) * h + 5.482292964742324e-13) * h + 3.725967039270119e-12
    y = ((y * h - 9.950340824808053e-12) * h - 8.950037692726255e-11) * h + 1.4506418938779426e-10
    y = ((y * h + 1.90319840501314e-09) * h - 1.396942086426202e-09) * h - 3.5459866461783865e-08
    y = ((y * h - 1.6044265494246427e-09) * h + 5.702764979242107e-07) * h + 4.3284506257392273e-07
    y = ((y * h - 7.74846130700372e-06) * h - 1.121438018842664e-05) * h + 8.615947861116571e-05
    y = ((y * h + 0.00018633974623233514) * h - 0.0007448268386746817) * h - 0.002239538068073497
    y = ((y * h + 0.004539228379125415) * h + 0.019421679838189067) * h - 0.014771522148244337
    y = ((y * h - 0.1140082332972217) * h - 0.018199676398671087) * h + 0.388284982990552
    y = y * h + 0.4314939923140469
    return y * h if libm.fabs(x + 0.7517915246935645) < 0.75 else far
