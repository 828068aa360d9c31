from .frames import Frames
from .playback import Playback

__all__ = ["Frames", "Playback"]
