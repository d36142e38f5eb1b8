"""Districts with straight borders, where those of the city stand."""

import pandas as pd
from shapely.geometry import box

POLYGONS = pd.Series(
    {
        "Chengqu": box(113.50, 37.80, 113.60, 37.90),
        "Kuangqu": box(113.40, 37.80, 113.50, 37.90),
        "Jiaoqu": box(113.40, 37.90, 113.60, 38.00),
        "Pingding": box(113.60, 37.60, 113.90, 37.90),
        "Yuxian": box(113.10, 38.00, 113.60, 38.40),
    }
)
