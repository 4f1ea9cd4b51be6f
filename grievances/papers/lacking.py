"""What the machine lacks for PDF files: Pango, which sets the type, and a font with Chinese signs.

Knows nothing of Django, so that the set-up can ask too.
"""

import ctypes

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
# libharfbuzz-subset0 makes files of large Chinese fonts small, and quickly; it comes along and isn't asked for.
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONT = ("fonts-wqy-microhei",)
FONTCONFIG = "libfontconfig.so.1"
CHINESE = b":lang=zh-cn"


def lacking() -> list[str]:
    """The Debian packages that are missing; empty where PDF files can be made."""
    return [*([] if _has_pango() else PANGO), *([] if _has_chinese() else FONT)]


def command(packages: list[str]) -> str:
    """What an administrator of the machine types."""
    return f"apt-get install {' '.join(packages)}"


def _library(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _has_pango() -> bool:
    return all(_library(name) for name in LIBRARIES)


class _FontSet(ctypes.Structure):
    """The beginning of fontconfig's FcFontSet: how many fonts were found."""

    _fields_ = [("nfont", ctypes.c_int)]


def _has_chinese() -> bool:
    """Whether any font says that it has simplified Chinese."""
    fonts = _library(FONTCONFIG)
    if fonts is None:
        return False
    for name in ("FcNameParse", "FcObjectSetCreate"):
        getattr(fonts, name).restype = ctypes.c_void_p
    fonts.FcFontList.restype = ctypes.POINTER(_FontSet)
    fonts.FcInitBringUptoDate()
    pattern = ctypes.c_void_p(fonts.FcNameParse(CHINESE))
    wanted = ctypes.c_void_p(fonts.FcObjectSetCreate())
    found = fonts.FcFontList(None, pattern, wanted)
    many = found.contents.nfont if found else 0
    if found:
        fonts.FcFontSetDestroy(found)
    fonts.FcObjectSetDestroy(wanted)
    fonts.FcPatternDestroy(pattern)
    return many > 0
