"""midcourse: is teaching improving, while there is still time to correct the course?"""

__version__ = "0.1.0"
